/** The path prefix of image links. A handle follows it. */
export const imagePath = '/images/'
