"""What `bench/serving.py` starts and loads: Nova, its peers, the warehouse they read and the load they bear."""
