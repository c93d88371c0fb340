"""What an employer sees: gates, certificates, credentials that can be checked, and the list of those withdrawn."""
