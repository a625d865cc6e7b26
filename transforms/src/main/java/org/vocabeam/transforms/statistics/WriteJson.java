package org.vocabeam.transforms.statistics;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PDone;
import org.vocabeam.transforms.files.StoreFiles;

/** Writer of the one element of a collection as indented JSON. */
public final class WriteJson<T> extends PTransform<PCollection<T>, PDone> {
  private static final long serialVersionUID = 1L;

  private final String file;

  private WriteJson(String file) {
    this.file = file;
  }

  /** Returns the transform, for a file of a directory. */
  public static <T> WriteJson<T> to(String directory, String name) {
    return new WriteJson<>(StoreFiles.resolve(directory, name));
  }

  @Override
  public PDone expand(PCollection<T> element) {
    element.apply("WriteFile", ParDo.of(new WriteFile<>(file)));
    return PDone.in(element.getPipeline());
  }

  private static final class WriteFile<T> extends DoFn<T, Void> {
    private static final long serialVersionUID = 1L;
    private static final ObjectMapper JSON =
        new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private final String file;

    WriteFile(String file) {
      this.file = file;
    }

    @ProcessElement
    public void write(@Element T element) throws IOException {
      StoreFiles.write(file, JSON.writeValueAsString(element) + "\n");
    }
  }
}
