"""Distorted pictures, made again from the strengths that the judges' papers document."""
