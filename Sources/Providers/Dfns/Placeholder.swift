// Dfns
