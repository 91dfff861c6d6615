"""The headlines over joint draws of the posterior: intervals of luck, fit and judgement together."""
