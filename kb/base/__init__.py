"""What every room stands on: normalised text, quantities, addresses, records."""
