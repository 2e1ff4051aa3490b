/** The header in which a page says whose it is, by their id, with whatever it asks: so that nobody who was somebody becomes a guest without noticing. */
export const personHeader = "x-holdfast-person";
