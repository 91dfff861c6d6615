"""Makes `configs/evidence/rows.csv`: what sources publish by the hundred, and what is written by hand."""
