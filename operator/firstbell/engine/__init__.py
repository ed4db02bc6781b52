"""The loop: observe, decide, act, report; level-triggered and framework-free.

Handlers put what they see into the `store` and wake the autoscalers concerned; the `schedule` keeps one
heap of wake-ups; workers run `tick`. A tick depends on the world and a bounded history only, so the next
tick is the retry of the last. Outside systems are reached through `ports`, failures come back as values.
"""
