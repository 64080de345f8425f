from __future__ import annotations
class Resolver:
    def __init__(self,k): pass
    def resolve(self,doc): return [s._.agreement for s in doc.spans["agreements"]]
def agreement_for(): pass
