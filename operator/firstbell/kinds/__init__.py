"""The kinds: what people write, checked and turned into values of the core.

Read a file or an object, get values or problems that name the path and the cure; nothing raises for what a
person wrote. The same models render the custom resource definitions.
"""
