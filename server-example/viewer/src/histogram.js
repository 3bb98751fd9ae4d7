/** Histograms of the shown bands, with the stretched range marked. */

/** Fill colours by channel: one band, or red, green and blue. */
const CHANNELS = ["--red", "--green", "--blue"];

/**
 * @param {HTMLCanvasElement} canvas
 * @param {import("./api.js").BandStatistics[]} bands one or three
 * @param {([number, number] | undefined)[]} ranges the stretched range of each
 */
export function drawHistogram(canvas, bands, ranges) {
  const ratio = window.devicePixelRatio || 1;
  const [width, height] = [canvas.clientWidth || 280, canvas.clientHeight || 56];
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const context = canvas.getContext("2d");
  if (!context) return;
  context.scale(ratio, ratio);
  const finite = bands.flatMap(({ min, max }) => [min, max]).filter(Number.isFinite);
  const edges = ranges.flatMap((range) => range ?? []);
  const low = Math.min(...finite, ...edges);
  const high = Math.max(...finite, ...edges);
  if (!(low < high)) return;
  const styles = getComputedStyle(canvas);
  const x = (/** @type {number} */ value) => ((value - low) / (high - low)) * width;
  const single = bands.length === 1;

  if (single && ranges[0]) {
    context.fillStyle = styles.getPropertyValue("--accent-soft");
    context.fillRect(x(ranges[0][0]), 0, x(ranges[0][1]) - x(ranges[0][0]), height);
  }
  bands.forEach(({ counts, edges: sides }, channel) => {
    if (counts.length === 0 || sides.length !== counts.length + 1) return;
    // Square roots, so that a peak of background does not flatten the rest.
    const peak = Math.sqrt(Math.max(...counts, 1));
    context.fillStyle = styles.getPropertyValue(single ? "--accent" : CHANNELS[channel]);
    context.globalAlpha = single ? 0.85 : 0.45;
    context.beginPath();
    context.moveTo(x(sides[0]), height);
    counts.forEach((count, i) => {
      const y = height - (Math.sqrt(count) / peak) * (height - 4);
      context.lineTo(x(sides[i]), y);
      context.lineTo(x(sides[i + 1]), y);
    });
    context.lineTo(x(sides[sides.length - 1]), height);
    context.fill();
  });
  context.globalAlpha = 1;
  if (single && ranges[0]) {
    context.fillStyle = styles.getPropertyValue("--text");
    for (const edge of ranges[0]) {
      context.fillRect(Math.max(0, Math.min(width - 1, x(edge) - 0.5)), 0, 1, height);
    }
  }
}
