package org.vocabeam.pipelines.stage;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.training.ExportedEncoder;
import org.vocabeam.models.weights.ExportedWeights;
import org.vocabeam.pipelines.inputs.PoolingChoice;
import org.vocabeam.pipelines.inputs.Provenance;
import org.vocabeam.pipelines.inputs.RunDirectory;
import org.vocabeam.pipelines.runner.Request;
import org.vocabeam.pipelines.runner.Runner;
import org.vocabeam.pipelines.runner.TypedCommand;
import org.vocabeam.pipelines.runner.Version;
import org.vocabeam.transforms.checkpoint.Checkpoint;
import org.vocabeam.transforms.files.StagedDirectory;
import org.vocabeam.transforms.files.StoreFiles;

/**
 * An encoder for other programs: a SavedModel or other forms, with a model card. No pipeline runs.
 *
 * <pre>{@code
 * new ExportStage("runs/obow", "runs/obow/evaluation/metrics", "runs/encoder", PoolingChoice.GLOBAL)
 *     .run(runner);
 * }</pre>
 *
 * @param checkpoint run, or one checkpoint
 * @param metrics metrics store for the model card; null without one
 * @param output directory of the files, which must not exist
 * @param pooling features that the encoder computes
 * @param maps further levels whose maps it returns
 * @param formats forms in which it is written, at least one
 */
public record ExportStage(
    String checkpoint,
    @Nullable String metrics,
    String output,
    PoolingChoice pooling,
    List<String> maps,
    List<Format> formats)
    implements Request<String> {
  /** A form in which an encoder is written. */
  public enum Format {
    /** TensorFlow's SavedModel, of the whole directory. */
    SAVEDMODEL(MODEL),
    /** Weights alone, for PyTorch and others. */
    SAFETENSORS("encoder.safetensors"),
    /** ONNX, with the preprocessing. */
    ONNX("encoder.onnx");

    private final String file;

    Format(String file) {
      this.file = file;
    }

    /** Returns the name as options have it. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** Returns the file by which the form is known. */
    public String file() {
      return file;
    }
  }

  /** The one form that there is by default. */
  public static final List<Format> USUAL = List.of(Format.SAVEDMODEL);

  /** File by which TensorFlow knows a SavedModel; the last that is written. */
  public static final String MODEL = "saved_model.pb";

  private static final String CARD = "model-card.md";

  public ExportStage {
    maps = List.copyOf(maps);
    formats = List.copyOf(new TreeSet<>(formats));
  }

  /** Makes a request for a SavedModel. */
  public ExportStage(
      String checkpoint, @Nullable String metrics, String output, PoolingChoice pooling) {
    this(checkpoint, metrics, output, pooling, List.of(), USUAL);
  }

  private static String joined(List<Format> formats) {
    return formats.stream().map(Format::toString).collect(Collectors.joining(","));
  }

  /** Returns the file that readers look for, the last that is written. */
  private String last() {
    return formats.get(0).file();
  }

  /** Returns whether the encoder is there. */
  public boolean isComplete() {
    try {
      return StoreFiles.exists(StoreFiles.resolve(output, last()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public TypedCommand typed(Runner runner) {
    return TypedCommand.of("export")
        .with("checkpoint", checkpoint)
        .ifGiven("metrics", metrics)
        .with("output", output)
        .unless(joined(USUAL), "format", joined(formats))
        .with(pooling.options())
        .unless("", "maps", String.join(",", maps))
        .with(runner.argumentsWithoutDevice());
  }

  private void write(
      ExportedEncoder encoder, Checkpoint trained, String fingerprint, Path directory)
      throws IOException {
    for (Format format : formats) {
      Path file = directory.resolve(format.file());
      switch (format) {
        case SAVEDMODEL -> encoder.saveModel(directory);
        case SAFETENSORS ->
            new ExportedWeights(trained.recipe(), encoder.state()).write(file, notes(trained));
        case ONNX -> encoder.saveOnnx(file, onnxNotes(trained, fingerprint));
      }
    }
  }

  private Map<String, String> onnxNotes(Checkpoint trained, String fingerprint) {
    Map<String, String> notes = notes(trained);
    notes.put("version", Version.read());
    notes.put("checkpoint", fingerprint);
    notes.put("preprocessing", ModelCard.preprocessing(trained.recipe()));
    notes.put("level", pooling.pooling().levelOf(trained.recipe().backbone()));
    List<String> classes = trained.recipe().method().classes();
    if (!classes.isEmpty()) {
      notes.put("labels", new ObjectMapper().valueToTree(classes).toString());
    }
    return notes;
  }

  /** Returns what a file of weights says of their origin. */
  private static Map<String, String> notes(Checkpoint trained) {
    Map<String, String> notes = new TreeMap<>();
    notes.put("method", trained.recipe().method().name());
    for (String key : List.of(Checkpoint.FILE, Checkpoint.FILE_HASH, Checkpoint.LICENCE)) {
      if (trained.provenance().containsKey(key)) {
        notes.put(key, trained.provenance().get(key));
      }
    }
    return notes;
  }

  /** Writes the forms, and returns the file of the model card. */
  @Override
  public String run(Runner runner) {
    StagedDirectory.refuseTaken(output, last());
    String directory = RunDirectory.checkpointOf(checkpoint);
    Checkpoint trained = Checkpoint.open(directory);
    String fingerprint = Provenance.checkpoint(directory);
    ExportedEncoder encoder =
        new ExportedEncoder(trained.recipe(), trained.state(), pooling.pooling(), maps);
    String card =
        new ModelCard(trained, fingerprint, pooling.pooling(), maps, metrics, formats).text();
    try (StagedDirectory staged = StagedDirectory.of(output)) {
      write(encoder, trained, fingerprint, staged.path());
      Files.writeString(staged.path().resolve(CARD), card);
      staged.commit(last());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return StoreFiles.resolve(output, CARD);
  }
}
