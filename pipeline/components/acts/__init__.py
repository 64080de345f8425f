"""Which mentions of a document are one act, and what they tell each other.

:mod:`.grouping` finds the mentions of an act, by what :mod:`.comparison` and :mod:`.retelling` say
of two of them, names them (``same_as``) and completes each from the others; :mod:`.context` gives
acts the day and place of the acts told around them. How a text tells of an act (as past, as news at
its head) is read by :mod:`.telling`.
"""
