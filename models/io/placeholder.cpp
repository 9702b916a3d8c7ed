namespace karyo { int model_kernels_version() { return 1; } }
