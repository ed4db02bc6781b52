"""The loop: observe, decide, act, report; level-triggered and framework-free.

`watch` puts what it sees into the store of `seen` and wakes the autoscalers concerned, and so does `live`
with the answers of Prometheus; `wakeups` keeps one heap for all of them; workers run `tick`, which is
`deciding`, then `acting` (through `floor`, or by `/scale`), then `report`. `explaining` goes the first two
steps for a command and stops.
A tick depends on the world and a bounded history only, so the next tick is the retry of the last. Outside
systems are reached through `ports`; failures come back as values.
"""
