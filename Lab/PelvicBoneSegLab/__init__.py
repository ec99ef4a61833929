"""Training, evaluation, benchmarks and phantoms of PelvicBoneSeg."""
