/** Where pictures are served: what follows is a handle. */
export const imagePath = '/images/'
