"""Show an `Analysis`: pages, films, pictures, tables, terminal text, PDF.

This package measures nothing and judges nothing.  Its only maths places things on a page or a picture.
"""
