/** The header in which a page says whose it is, by their id, with whatever it asks: so that nobody who was somebody becomes a guest without noticing, and nothing is changed for whoever has signed in since. */
export const personHeader = "x-holdfast-person";

/** The cookie in which a browser keeps how pages should look: `light`, `dark`, or as the system has it. */
export const themeCookie = "theme";
