package org.vocabeam.transforms.codebook;

import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;

/**
 * Codebook made of the words of one store and the counts of the next, because an iteration counts
 * for the words that it starts from.
 */
public final class PublishCodebook extends PTransform<PBegin, PCollection<CodebookRecord>> {
  private static final long serialVersionUID = 1L;

  private final String words;
  private final String moved;
  private final int channels;

  private PublishCodebook(String words, String moved, int channels) {
    this.words = words;
    this.moved = moved;
    this.channels = channels;
  }

  /**
   * Returns the transform.
   *
   * @param words directory of the words
   * @param moved directory of the words after the next move, with the counts
   * @param channels C
   */
  public static PublishCodebook of(String words, String moved, int channels) {
    return new PublishCodebook(words, moved, channels);
  }

  @Override
  public PCollection<CodebookRecord> expand(PBegin begin) {
    return begin
        .apply("Words", Create.of(words))
        .apply("Publish", ParDo.of(new Publish(moved, channels)))
        .setCoder(CodebookRecord.TYPE.coder());
  }

  private static final class Publish extends DoFn<String, CodebookRecord> {
    private static final long serialVersionUID = 1L;

    private final String moved;
    private final int channels;

    Publish(String moved, int channels) {
      this.moved = moved;
      this.channels = channels;
    }

    @ProcessElement
    public void publish(@Element String words, OutputReceiver<CodebookRecord> out) {
      float[] values = WordRecord.values(WordRecord.read(words), channels);
      for (WordRecord after : WordRecord.read(moved)) {
        List<Float> vector = new ArrayList<>();
        for (int c = 0; c < channels; c++) {
          vector.add(values[after.word() * channels + c]);
        }
        out.output(new CodebookRecord(after.word(), after.count(), vector));
      }
    }
  }
}
