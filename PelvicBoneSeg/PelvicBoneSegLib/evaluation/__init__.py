"""How good label maps are: numpy and SimpleITK only, so that it runs inside of Slicer too."""
