"""What Parley costs beside the smallest bot that could do the same: `python -m tests.benchmarks [--platform NAME] [scenario ...]`.

Scenarios (each can be run alone): start, cpu, crowd, limits, bursts, long, million; for each platform (telegram, discord) the same. Both
bots run as processes of their own against the loopback servers, which live in the process that measures; all of it takes about five
minutes a platform. The smallest bot is baseline_telegram.py or baseline_discord.py; Parley is `PARLEY_BENCH_COMMAND`, or
`python -m bot run`. --only baseline|parley runs one of them, --keep FOLDER keeps the prepared databases for the next time. Bots are
compared only by what people see on the server, never by what they say of themselves.
"""
