// How a file says that klue generate wrote it.

/** The end of the first line of every generated file. */
export const generatedMark = 'klue generate; change the API document instead.'

/** Whether a file was written by klue generate. */
export function isGenerated(text: string): boolean {
  return text.slice(0, 300).includes(generatedMark)
}
