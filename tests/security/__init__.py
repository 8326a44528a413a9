"""What guards people from each other, and their words and the operator's secrets from everybody: rows X of the list of faults."""
