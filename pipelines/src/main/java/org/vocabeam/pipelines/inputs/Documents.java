package org.vocabeam.pipelines.inputs;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.util.Optional;
import org.vocabeam.models.UserError;
import org.vocabeam.transforms.files.StoreFiles;

/** JSON files of records, for people and DuckDB. */
public final class Documents {
  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .setSerializationInclusion(JsonInclude.Include.ALWAYS);

  private Documents() {}

  /** Returns the record in a file, or nothing when there is no file. */
  public static <T> Optional<T> find(Class<T> type, String file) {
    try {
      Optional<String> text = StoreFiles.find(file);
      return text.isEmpty() ? Optional.empty() : Optional.of(JSON.readValue(text.get(), type));
    } catch (JsonProcessingException e) {
      throw new UserError(
          file + " is not of this version or damaged: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new UserError("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  /** Writes a file whole: readers see the old record or the new one. */
  public static void write(String file, Object document) {
    try {
      StoreFiles.write(file, toJson(document) + "\n");
    } catch (IOException e) {
      throw new UserError("cannot write " + file + ": " + e.getMessage(), e);
    }
  }

  /** Returns a record as text. */
  public static String toJson(Object document) {
    try {
      return JSON.writeValueAsString(document);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
