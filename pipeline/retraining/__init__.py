"""From gold and reviews back to the rules, the confidence and the name model."""
