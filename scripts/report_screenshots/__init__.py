"""What scripts/report-screenshots runs: sample reports, and a browser that takes pictures of them."""
