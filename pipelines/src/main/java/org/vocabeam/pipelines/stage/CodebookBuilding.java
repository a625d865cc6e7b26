package org.vocabeam.pipelines.stage;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.vocabeam.models.UserError;
import org.vocabeam.pipelines.inputs.RunDirectory;
import org.vocabeam.pipelines.runner.Progress;
import org.vocabeam.pipelines.runner.Runner;
import org.vocabeam.pipelines.runner.Version;
import org.vocabeam.transforms.codebook.BuildCodebook;
import org.vocabeam.transforms.codebook.CodebookRecord;
import org.vocabeam.transforms.codebook.DescriptorRecord;
import org.vocabeam.transforms.codebook.DescriptorStore;
import org.vocabeam.transforms.codebook.IterationRecord;
import org.vocabeam.transforms.codebook.PublishCodebook;
import org.vocabeam.transforms.codebook.SeedCodebook;
import org.vocabeam.transforms.codebook.SurveyRecord;
import org.vocabeam.transforms.codebook.WordRecord;
import org.vocabeam.transforms.files.StoreFiles;
import org.vocabeam.transforms.store.StoreReader;
import org.vocabeam.transforms.store.WriteStore;

/**
 * The iterations of k-means: each one pipeline, from the newest complete one to the next.
 *
 * @param words K
 * @param iterations moves of the words at most
 * @param tolerance relative change of the inertia at which they end
 */
public record CodebookBuilding(
    DescriptorStore descriptors,
    String output,
    int words,
    int iterations,
    double tolerance,
    long seed) {
  public CodebookBuilding {
    require(words > 0, "words", words, "positive");
    require(iterations >= 0, "iterations", iterations, "0 or more");
    require(tolerance >= 0 && tolerance < 1, "tolerance", tolerance, "in [0, 1)");
    if (descriptors.rows() < words) {
      throw new UserError(
          String.format(
              "--words is %d, must be at most the %d descriptors; give fewer words, or extract"
                  + " descriptors of more images",
              words, descriptors.rows()));
    }
  }

  private static void require(boolean valid, String option, Object actual, String allowed) {
    if (!valid) {
      throw new UserError("--" + option + " is " + actual + ", must be " + allowed);
    }
  }

  /** The finished store. */
  public String codebook() {
    return StoreFiles.resolve(output, "codebook");
  }

  /** The words after so many moves. */
  String wordsAfter(int moves) {
    return StoreFiles.resolve(output, "words/" + name(moves));
  }

  /** What was measured of the words after so many moves. */
  String iteration(int moves) {
    return StoreFiles.resolve(output, "iterations/" + name(moves));
  }

  private String survey() {
    return StoreFiles.resolve(output, "survey");
  }

  private static String name(int moves) {
    return String.format(Locale.ROOT, "iteration-%04d", moves);
  }

  /**
   * Runs the iterations that are not complete yet and writes the codebook; does nothing where it is
   * there.
   *
   * @return all iterations
   */
  public List<IterationRecord> run(Runner runner) {
    new RunDirectory(output).claim(configuration());
    try {
      if (!StoreReader.isComplete(wordsAfter(0))) {
        seed(runner);
      }
      List<IterationRecord> done = completed();
      if (!done.isEmpty() && !StoreReader.isComplete(codebook())) {
        System.err.printf("Going on after iteration %d of %d%n", done.size() - 1, iterations);
      }
      try (Progress progress = Progress.start("K-means", done.size(), iterations + 1L)) {
        while (!isEnd(done)) {
          iterate(runner, done.size());
          done = completed();
          progress.message(message(done));
          progress.stepTo(isEnd(done) ? iterations + 1L : done.size());
        }
      }
      if (!StoreReader.isComplete(codebook())) {
        publish(runner, done);
      }
      return done;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<IterationRecord> completed() {
    List<IterationRecord> done = new ArrayList<>();
    // The words of the next iteration are committed last.
    while (StoreReader.isComplete(wordsAfter(done.size() + 1))) {
      done.addAll(StoreReader.open(IterationRecord.TYPE, iteration(done.size())).rows());
    }
    return done;
  }

  /** Whether the words of the last of these iterations are the result. */
  private boolean isEnd(List<IterationRecord> done) {
    if (done.isEmpty()) {
      return false;
    }
    IterationRecord last = done.get(done.size() - 1);
    if (last.iteration() == iterations || last.shift() == 0) {
      return true; // with a shift of 0 no descriptor would change its word
    }
    if (done.size() < 2) {
      return false;
    }
    IterationRecord before = done.get(done.size() - 2);
    return Math.abs(before.inertia() - last.inertia()) <= tolerance * before.inertia();
  }

  private static String message(List<IterationRecord> done) {
    IterationRecord last = done.get(done.size() - 1);
    return String.format(
        Locale.ROOT,
        "inertia %.6g, %d empty, %d re-seeded, shift %.3g",
        last.inertia(),
        last.emptyWords(),
        last.reseeded(),
        last.shift());
  }

  private void seed(Runner runner) throws IOException {
    WriteStore<SurveyRecord> survey =
        WriteStore.to(SurveyRecord.TYPE, survey()).withProvenance(provenance());
    WriteStore<WordRecord> first =
        WriteStore.to(WordRecord.TYPE, wordsAfter(0)).withProvenance(provenance());
    survey.prepare(true);
    first.prepare(true);
    Pipeline pipeline = runner.create("codebook-seed");
    PCollectionTuple seeded =
        pipeline.apply("SeedCodebook", SeedCodebook.of(descriptors, words, seed));
    seeded.get(SeedCodebook.SURVEY).apply("WriteSurvey", survey);
    seeded.get(SeedCodebook.WORDS).apply("WriteWords", first);
    runner.run(pipeline);
    survey.commit();
    first.commit();
  }

  private void iterate(Runner runner, int moves) throws IOException {
    WriteStore<IterationRecord> iteration =
        WriteStore.to(IterationRecord.TYPE, iteration(moves)).withProvenance(provenance());
    WriteStore<WordRecord> moved =
        WriteStore.to(WordRecord.TYPE, wordsAfter(moves + 1)).withProvenance(provenance());
    iteration.prepare(true);
    moved.prepare(true);
    Pipeline pipeline = runner.create("codebook-" + moves);
    SurveyRecord survey = StoreReader.open(SurveyRecord.TYPE, survey()).rows().get(0);
    PCollectionTuple built =
        pipeline.apply(
            "BuildCodebook",
            BuildCodebook.of(descriptors, survey, wordsAfter(moves), words, moves));
    built.get(BuildCodebook.ITERATION).apply("WriteIteration", iteration);
    built.get(BuildCodebook.WORDS).apply("WriteWords", moved);
    runner.run(pipeline);
    iteration.commit();
    // The words last: with them the iteration is complete.
    moved.commit();
  }

  private void publish(Runner runner, List<IterationRecord> done) throws IOException {
    IterationRecord last = done.get(done.size() - 1);
    Map<String, String> provenance = new TreeMap<>(provenance());
    provenance.put("iterationsRun", Integer.toString(last.iteration()));
    provenance.put("inertia", Double.toString(last.inertia()));
    WriteStore<CodebookRecord> write =
        WriteStore.to(CodebookRecord.TYPE, codebook()).withProvenance(provenance);
    write.prepare(true);
    Pipeline pipeline = runner.create("codebook-publish");
    pipeline
        .apply(
            "PublishCodebook",
            PublishCodebook.of(
                wordsAfter(last.iteration()),
                wordsAfter(last.iteration() + 1),
                descriptors.channels()))
        .apply("WriteCodebook", write);
    runner.run(pipeline);
    write.commit();
  }

  private Map<String, String> provenance() {
    Map<String, String> provenance = new TreeMap<>();
    provenance.put("command", "codebook");
    provenance.put("descriptors", descriptors.fingerprint());
    for (String key :
        List.of(DescriptorRecord.LEVEL, DescriptorRecord.CHANNELS, DescriptorRecord.TEACHER)) {
      provenance.put(key, descriptors.provenance().getOrDefault(key, ""));
    }
    provenance.put("words", Integer.toString(words));
    provenance.put("iterations", Integer.toString(iterations));
    provenance.put("tolerance", Double.toString(tolerance));
    provenance.put("seed", Long.toString(seed));
    provenance.put("version", Version.read());
    return provenance;
  }

  private ObjectNode configuration() {
    ObjectNode configuration = JsonNodeFactory.instance.objectNode();
    configuration.put("descriptors", descriptors.fingerprint());
    configuration.put("words", words);
    configuration.put("iterations", iterations);
    configuration.put("tolerance", tolerance);
    configuration.put("seed", seed);
    return configuration;
  }
}
