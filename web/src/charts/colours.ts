// A variant keeps its colour by its place in the experiment: the control is grey, treatments repeat after seven. The colours
// themselves are in style/theme.css, for light and dark; they are those of the HTML report.
const kTreatmentColours = 7;

function colourNumber(variant: number): number {
  return variant === 0 ? 0 : 1 + ((variant - 1) % kTreatmentColours);
}

/** The class that carries a variant's colour as --c. */
export function colourClass(variant: number): string {
  return `v${colourNumber(variant)}`;
}

/** The same colour for a mark of a time chart. */
export function colourOf(variant: number): string {
  return `var(--v${colourNumber(variant)})`;
}
