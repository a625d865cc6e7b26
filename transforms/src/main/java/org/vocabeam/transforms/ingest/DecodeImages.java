package org.vocabeam.transforms.ingest;

import java.util.EnumMap;
import java.util.Map;
import org.apache.beam.sdk.metrics.Metrics;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.GlobalWindow;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.transforms.image.DecodeOptions;
import org.vocabeam.transforms.image.ImageDecoder;
import org.vocabeam.transforms.image.ImageHeader;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.image.Pixels;
import org.vocabeam.transforms.image.RejectedException;
import org.vocabeam.transforms.image.RejectedRecord;
import org.vocabeam.transforms.image.Rejection;
import org.vocabeam.transforms.image.ShortSide;
import org.vocabeam.transforms.metrics.WorkerCounter;
import org.vocabeam.transforms.metrics.WorkerMetric;
import org.vocabeam.transforms.source.SourceImage;
import org.vocabeam.transforms.statistics.ImageTally;

/**
 * Decoder of source images to stored ones. Side outputs are the rejected files, the hashes of every
 * image, and one tally for every bundle; files that are not read are only in the tally.
 */
final class DecodeImages extends DoFn<SourceImage, ImageRecord> {
  private static final long serialVersionUID = 1L;

  private final DecodeOptions options;
  private final WorkerCounter images =
      WorkerCounter.of(
          Metrics.counter(ReadImages.class, "images"), WorkerMetric.INGESTED.beamName());
  private final Map<Rejection, WorkerCounter> rejected = new EnumMap<>(Rejection.class);
  private transient @Nullable ImageTally tally;

  DecodeImages(DecodeOptions options) {
    this.options = options;
    for (Rejection rejection : Rejection.values()) {
      rejected.put(
          rejection,
          WorkerCounter.of(
              Metrics.counter(ReadImages.class, "rejected: " + rejection.reason()),
              WorkerMetric.REJECTED.beamName(rejection.reason())));
    }
  }

  @StartBundle
  public void startBundle() {
    tally = ImageTally.empty();
  }

  @ProcessElement
  public void decode(@Element SourceImage source, MultiOutputReceiver out) {
    if (source.unread() != null) {
      tally.addUnread(source.unread(), source.id());
      return;
    }
    try {
      if (source.rejection() != null) {
        throw new RejectedException(source.rejection());
      }
      Stored stored = store(source, options);
      tally.add(stored.image, stored.pixels);
      images.inc();
      out.get(ReadImages.CONTENTS)
          .output(
              new ContentRecord(
                  source.id(),
                  source.label(),
                  source.split(),
                  source.content(),
                  stored.pixels.hash()));
      out.get(ReadImages.IMAGES).output(stored.image);
    } catch (RejectedException e) {
      tally.reject(e.rejection());
      rejected.get(e.rejection()).inc();
      out.get(ReadImages.REJECTED).output(new RejectedRecord(source.id(), e.rejection().reason()));
    }
  }

  @FinishBundle
  public void finishBundle(FinishBundleContext context) {
    context.output(
        ReadImages.TALLIES, tally, BoundedWindow.TIMESTAMP_MIN_VALUE, GlobalWindow.INSTANCE);
  }

  /** Image with its pixels, which the tally needs too. */
  private record Stored(ImageRecord image, Pixels pixels) {}

  private static Stored store(SourceImage source, DecodeOptions options) throws RejectedException {
    byte[] bytes = source.bytes();
    if (source.width() > 0) {
      if ((long) source.width() * source.height() > options.maxPixels()) {
        throw new RejectedException(Rejection.TOO_MANY_PIXELS);
      }
      Pixels pixels = new Pixels(source.width(), source.height(), source.channels(), bytes);
      Pixels coloured = colour(pixels, options);
      return isScaled(coloured, options)
          ? scaled(source, coloured, options)
          : raw(source, coloured);
    }
    ImageHeader header = ImageHeader.read(bytes, options.maxPixels());
    Pixels decoded =
        ImageDecoder.decode(bytes, header, options.background()).orient(header.orientation());
    Pixels pixels = colour(decoded, options);
    if (isScaled(pixels, options)) {
      return scaled(source, pixels, options);
    }
    boolean unchanged =
        header.plain() && header.orientation() == 1 && pixels.channels() == header.channels();
    return unchanged
        ? new Stored(record(source, pixels, header.encoding(), bytes), pixels)
        : new Stored(record(source, pixels, ImageRecord.PNG, pixels.toPng()), pixels);
  }

  private static Pixels colour(Pixels pixels, DecodeOptions options) {
    return pixels.toChannels(options.channelsFor(pixels.channels()));
  }

  private static boolean isScaled(Pixels pixels, DecodeOptions options) {
    return options.resize() > 0 || options.shortSide().shrinks(pixels);
  }

  private static Stored scaled(SourceImage source, Pixels pixels, DecodeOptions options)
      throws RejectedException {
    if (options.resize() > 0) {
      return raw(source, pixels.centre(options.resize()));
    }
    ShortSide shortSide = options.shortSide();
    byte[] file = shortSide.encode(pixels.withShortSide(shortSide.pixels()));
    // Hash and statistics are of the pixels that readers of the store get.
    Pixels read = ImageDecoder.decode(file, ImageHeader.read(file, options.maxPixels()));
    return new Stored(record(source, read, shortSide.encoding(), file), read);
  }

  private static Stored raw(SourceImage source, Pixels pixels) {
    return new Stored(record(source, pixels, ImageRecord.RAW, pixels.values()), pixels);
  }

  private static ImageRecord record(
      SourceImage source, Pixels pixels, String encoding, byte[] bytes) {
    return new ImageRecord(
        source.id(),
        source.label(),
        source.split(),
        pixels.width(),
        pixels.height(),
        pixels.channels(),
        encoding,
        bytes);
  }
}
