"""Reports: their structure and the figures in them."""
