import { askers } from './contest.ts'
import type { Pictures } from './pictures.ts'

/** The least share of the proxy's pictures a second. */
const wantedSpeed = 0.9

/** What pictures showed, for people: rows for each number of them, then how Isotherm stands to the proxy. */
export function printPictures(pictures: Pictures): string {
  const heads = ['pictures', '', 'pictures/s', 'MB/s', 'CPU ms', 'load ms', 'peak MiB', 'last MiB']
  const rows = pictures.flatMap(measured =>
    askers.map(asker => {
      const { picturesPerSecond, megabytesPerSecond, processorTime, loadTime } = measured[asker]
      const { peakMemory, lastPeakMemory } = measured[asker]
      return [
        String(measured.count),
        asker,
        picturesPerSecond.toFixed(1),
        megabytesPerSecond.toFixed(0),
        processorTime.toFixed(2),
        loadTime.toFixed(2),
        mebibytes(peakMemory),
        mebibytes(lastPeakMemory),
      ]
    }),
  )
  const [few, many] = [pictures[0], pictures.at(-1)]
  if (!few || !many) throw new RangeError('No pictures were opened.')
  const speed = many.isotherm.picturesPerSecond / many.proxy.picturesPerSecond
  const growth = (asker: (typeof askers)[number]) => mebibytes(many[asker].peakMemory - few[asker].peakMemory)
  return [
    'pictures of 1 MB by their links, none of them kept',
    ...[heads, ...rows].map(row => row.map(cell => cell.padStart(10)).join(' ')),
    `speed: ${speed.toFixed(2)} of the proxy's, at least ${wantedSpeed} is wanted${speed >= wantedSpeed ? '' : ' (missed)'}`,
    `memory: from ${few.count} to ${many.count} pictures the peak grows by ${growth('isotherm')} MiB, the proxy's by ${growth('proxy')} MiB\n`,
  ].join('\n')
}

function mebibytes(bytes: number): string {
  return (bytes / 1024 ** 2).toFixed(0)
}
