// The mark by which lines of the kit are told from whatever else a log holds.

/** Name of the first field of every line. */
export const markName = 'klue'

/** What the field holds: the shape of the line. A reader that does not know it reads nothing. */
export const lineShape = 1

/** How every line begins. As the first field it cannot come from a caller: loggers put names of their own before what they were given. */
export const lineMark: `{"${string}":${number},` = `{"${markName}":${lineShape},`
