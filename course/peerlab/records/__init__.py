"""The centre's own records: who learns, what they handed in, what it showed, who decided what, and a history."""
