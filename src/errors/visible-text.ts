// Texts of strangers as a terminal may show them: what steers it, hides or turns text around is made visible.

// Control characters (C0, DEL, C1), format characters, those that turn the direction of writing among them, separators of lines,
// halves of pairs, and whatever else Unicode has that is not drawn. Drawn are number signs of Arabic and Kaithi, and what picks the form of an emoji.
const pattern = String.raw`(?![\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u{110bd}\u{110cd}]|\ufe0e|\ufe0f)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}]`

let made: RegExp | undefined

/** Each of them. Made with the first text that is not plain: as a literal V8 would build the sets of Unicode while it parses, a tenth of what a start takes. */
export function hidden(): RegExp {
  return (made ??= new RegExp(pattern, 'gu'))
}

const isPlainLine = /^[\x20-\x7e]*$/
const isPlainText = /^[\n\t\x20-\x7e]*$/

/** A text as a part of one line: nothing in it steers a terminal, line breaks and tabs neither. */
export function visibleLine(text: string): string {
  return isPlainLine.test(text) ? text : text.replace(hidden(), '\uFFFD')
}

/** The same for text of several lines, such as a stack: line breaks and tabs stay. */
export function visibleText(text: string): string {
  return isPlainText.test(text) ? text : text.replace(/\r\n/g, '\n').replace(hidden(), (character) => (character === '\n' || character === '\t' ? character : '\uFFFD'))
}

/** JSON that holds the same value, with everything that a terminal might obey written as an escape. */
export function visibleJson(json: string): string {
  return isPlainText.test(json) ? json : json.replace(hidden(), (character) => (/[\n\r\t]/.test(character) ? character : escaped(character)))
}

function escaped(character: string): string {
  return Array.from({ length: character.length }, (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`).join('')
}
