// For a command that is to take the hours before as past the time that requests are kept in the table: its clock is two days ahead.
const now = Date.now
Date.now = () => now() + 2 * 86_400_000
