"""The compiled kernels: arrays in, arrays out, nothing of ours imported, threads welcome (`nogil`).

Every sum that must not promote is cast: numba makes `uint32 * uint32` a 64-bit product, and a signed
integer met by an unsigned one a float.
"""
