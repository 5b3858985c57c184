// Days of the reader's as moments of the server's.

/** The moment at which a day of the reader's begins, or the one `later` days after it. */
export const midnight = (day, later = 0) => {
  const [year, month, date] = day.split("-").map(Number);
  return day && new Date(year, month - 1, date + later).toISOString();
};
