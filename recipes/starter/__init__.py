"""The recipe of the starter encoder: from captioned pictures to the files in the wheel.

Start reading in ``__main__.py``, which runs the steps in order; ``settings.py`` holds every number
that a trial may change. The only room beside the lab that imports torch.
"""
