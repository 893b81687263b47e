"""Trains the models of Martgraph from the published feature tables. See contract.py for what every model keeps."""

import os

# Sums are split over threads in another order each time, and the last bit follows: one thread, same bytes.
for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
    os.environ[_variable] = "1"
