/** Figures as people read them. */
export function ms(value: number): string {
  return Number.isNaN(value)
    ? "–"
    : `${value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : Math.round(value)} ms`;
}

export function us(value: number): string {
  return Number.isNaN(value) ? "–" : `${Math.round(value).toLocaleString("en")} µs`;
}

export function perSecond(value: number): string {
  return `${Math.round(value).toLocaleString("en")}/s`;
}

export function times(value: number): string {
  return Number.isNaN(value) ? "–" : `${value.toFixed(2)}×`;
}

export function count(value: number): string {
  return Math.round(value).toLocaleString("en");
}
