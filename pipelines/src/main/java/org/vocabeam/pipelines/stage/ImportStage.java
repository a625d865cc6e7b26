package org.vocabeam.pipelines.stage;

import com.google.common.collect.Iterables;
import com.google.common.hash.Funnels;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import com.google.common.io.MoreFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.UserError;
import org.vocabeam.models.methods.Methods;
import org.vocabeam.models.weights.ImportedWeights;
import org.vocabeam.models.weights.WeightFile;
import org.vocabeam.pipelines.inputs.ImportChoice;
import org.vocabeam.pipelines.inputs.Provenance;
import org.vocabeam.pipelines.runner.Request;
import org.vocabeam.pipelines.runner.Runner;
import org.vocabeam.pipelines.runner.TypedCommand;
import org.vocabeam.pipelines.runner.Version;
import org.vocabeam.transforms.checkpoint.Checkpoint;
import org.vocabeam.transforms.checkpoint.VariableChunk;
import org.vocabeam.transforms.files.LocalFiles;
import org.vocabeam.transforms.files.StoreFiles;
import org.vocabeam.transforms.store.WriteStore;

/**
 * A file of another library's weights as a checkpoint. No pipeline runs.
 *
 * <pre>{@code
 * String report = new ImportStage("resnet50.pth", "runs/resnet50", ImportChoice.USUAL, null, false)
 *     .run(runner);
 * }</pre>
 *
 * @param file the file, or the index of several
 * @param output checkpoint; null to tell what the file holds and write nothing
 * @param choice what the file leaves open
 * @param licence note on the licence of the weights; null for none
 * @param overwrite replaces a store that is there; without it, only the same one may be there
 */
public record ImportStage(
    String file,
    @Nullable String output,
    ImportChoice choice,
    @Nullable String licence,
    boolean overwrite)
    implements Request<String> {
  @Override
  public TypedCommand typed(Runner runner) {
    return TypedCommand.of("import")
        .with(List.of(file))
        .ifGiven("output", output)
        .with(choice.options())
        .ifGiven("licence", licence)
        .flag("overwrite", overwrite)
        .with(runner.argumentsWithoutDevice());
  }

  /** Writes the checkpoint, and returns what the file holds and what was taken, in lines. */
  @Override
  public String run(Runner runner) {
    try (LocalFiles files = LocalFiles.beside(file)) {
      Path path = files.get(StoreFiles.name(file));
      if (!Files.isRegularFile(path)) {
        throw new UserError(file + " is no file; give one of weights, or the index of several");
      }
      for (String name : WeightFile.names(path)) {
        files.get(name);
      }
      try (WeightFile weights = WeightFile.open(path)) {
        return run(weights, path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String run(WeightFile weights, Path path) throws IOException {
    ImportReport report = new ImportReport(file, weights, choice, licence);
    ImportedWeights found;
    try {
      found = ImportedWeights.of(weights, choice.choice());
    } catch (UserError e) {
      if (output == null) {
        return report.withoutNetwork(e.getMessage());
      }
      throw e;
    }
    String hash = hash(path);
    if (output != null) {
      write(found, provenance(found, hash));
    }
    return report.of(found, hash, output);
  }

  private void write(ImportedWeights found, Map<String, String> provenance) throws IOException {
    if (!overwrite && Provenance.isThere(output, provenance)) {
      return;
    }
    WriteStore<VariableChunk> store =
        WriteStore.to(VariableChunk.TYPE, output).withProvenance(provenance);
    store.prepare(overwrite);
    // One variable at a time is in memory.
    store
        .shardWriter()
        .write(
            0,
            Iterables.concat(
                Iterables.transform(
                    found.variables(),
                    variable -> VariableChunk.of(variable, found.values(variable)))));
    store.commit();
  }

  private Map<String, String> provenance(ImportedWeights found, String hash) {
    Map<String, String> provenance = new TreeMap<>();
    provenance.put("command", "import");
    provenance.put(Checkpoint.RECIPE, Methods.toJson(found.recipe()));
    provenance.put(Checkpoint.STEP, "0");
    provenance.put(Checkpoint.FILE, StoreFiles.name(file));
    provenance.put(Checkpoint.FILE_HASH, hash);
    provenance.put("part", found.part());
    provenance.put("missing", Integer.toString(found.missing().size()));
    if (licence != null) {
      provenance.put(Checkpoint.LICENCE, licence);
    }
    provenance.put(Provenance.VERSION, Version.read());
    return provenance;
  }

  /** Returns the SHA-256 of the file, or of an index and its files one after the other. */
  private static String hash(Path path) throws IOException {
    Hasher hasher = Hashing.sha256().newHasher();
    for (String name : WeightFile.names(path)) {
      MoreFiles.asByteSource(path.resolveSibling(name)).copyTo(Funnels.asOutputStream(hasher));
    }
    return hasher.hash().toString();
  }
}
