"""The stand-in Imgur: speaks Imgur's API v3 as recorded, and keeps the images it is sent.

It knows nothing of our own Imgur library, so that a mistake there is not repeated here.
"""
