// Shell globs over short names, matched in steps that grow with the length of both and never explode.

type Piece = 'any run' | ((character: string) => boolean)

/** A test for a shell glob: `*` any run, `?` one character, `[a-c]` and `[!a-c]` one of a set; case counts, and the whole text must fit. */
export function globTest(pattern: string): (text: string) => boolean {
  const pieces = piecesOf(pattern)
  return (text) => fits(pieces, [...text])
}

/** Whether a text has a character that makes a glob of it. */
export function isGlob(text: string): boolean {
  return /[*?[]/.test(text)
}

function piecesOf(pattern: string): Piece[] {
  const characters = [...pattern]
  const pieces: Piece[] = []
  for (let index = 0; index < characters.length; index += 1) {
    const character = characters[index]!
    const end = character === '[' ? characters.indexOf(']', index + (characters[index + 1] === '!' ? 3 : 2)) : -1
    if (character === '*') pieces.push('any run')
    else if (character === '?') pieces.push(() => true)
    else if (end > index) {
      pieces.push(setOf(characters.slice(index + 1, end)))
      index = end
    } else pieces.push((other) => other === character)
  }
  return pieces
}

function setOf(inside: readonly string[]): (character: string) => boolean {
  const isNegated = inside[0] === '!'
  const members = isNegated ? inside.slice(1) : inside
  return (character) => isNegated !== members.some((member, index) => {
    // A dash between two members is a range; at either end it is itself.
    if (member === '-' && index > 0 && index < members.length - 1) return members[index - 1]! <= character && character <= members[index + 1]!
    return member === character
  })
}

// Goes back to the last run alone: earlier ones need not take more, whatever comes later.
function fits(pieces: readonly Piece[], text: readonly string[]): boolean {
  let [at, piece, run, from] = [0, 0, -1, 0]
  while (at < text.length) {
    const wanted = pieces[piece]
    if (wanted === 'any run') [run, from, piece] = [piece, at, piece + 1]
    else if (wanted !== undefined && wanted(text[at]!)) [at, piece] = [at + 1, piece + 1]
    else if (run >= 0) [from, at, piece] = [from + 1, from + 1, run + 1]
    else return false
  }
  return pieces.slice(piece).every((one) => one === 'any run')
}
