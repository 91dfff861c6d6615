"""The forecast register: dated predictions of numbers that sources will publish, and their scores."""
