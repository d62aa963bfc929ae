"""Frames -> observations. Stands on the sdk alone; numpy, OpenCV, onnxruntime and dlib live here.

Import what is needed from the modules: nothing heavy is loaded with the package itself.
"""
