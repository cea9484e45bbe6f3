"""The recurrent network and the process it runs in.

`exchange` and `examples` need NumPy alone and are read by both sides; `network` and `worker` run in `.venv-lstm`, which
has Keras and JAX and nothing else of Nova's libraries. The model that starts the worker is `models/lstm.py`.
"""
