package org.vocabeam.pipelines.stage;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.vocabeam.pipelines.inputs.Provenance;
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
import org.vocabeam.transforms.parquet.RecordType;
import org.vocabeam.transforms.store.StoreReader;
import org.vocabeam.transforms.store.WriteStore;

/** Iterations of k-means for a {@link CodebookStage}: each one pipeline. */
record KMeans(CodebookStage stage, DescriptorStore descriptors, Runner runner) {

  /** Runs what is not complete yet, and returns the measurements of all iterations. */
  List<IterationRecord> run() {
    new RunDirectory(stage.output()).claim(configuration());
    if (!StoreReader.isComplete(wordsAfter(0))) {
      seed();
    }
    List<IterationRecord> done = completed();
    boolean published = StoreReader.isComplete(stage.codebook());
    if (!done.isEmpty() && !published) {
      System.err.printf("Going on after iteration %d of %d%n", done.size() - 1, stage.iterations());
    }
    try (Progress progress = Progress.start("K-means", done.size(), stage.iterations() + 1L)) {
      while (!isEnd(done)) {
        iterate(done.size());
        done = completed();
        progress.message(message(done));
        progress.stepTo(isEnd(done) ? stage.iterations() + 1L : done.size());
      }
    }
    if (!published) {
      publish(done);
    }
    return done;
  }

  private List<IterationRecord> completed() {
    List<IterationRecord> done = new ArrayList<>();
    // The words of the next iteration are committed last.
    while (StoreReader.isComplete(wordsAfter(done.size() + 1))) {
      done.addAll(StoreReader.open(IterationRecord.TYPE, iteration(done.size())).rows());
    }
    return done;
  }

  /** Returns whether the words of the last of these iterations are the result. */
  private boolean isEnd(List<IterationRecord> done) {
    if (done.isEmpty()) {
      return false;
    }
    IterationRecord last = done.get(done.size() - 1);
    if (last.iteration() == stage.iterations() || last.shift() == 0) {
      return true; // with a shift of 0 no descriptor would change its word
    }
    if (done.size() < 2) {
      return false;
    }
    IterationRecord before = done.get(done.size() - 2);
    return Math.abs(before.inertia() - last.inertia()) <= stage.tolerance() * before.inertia();
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

  private void seed() {
    WriteStore<SurveyRecord> survey = write(SurveyRecord.TYPE, survey());
    WriteStore<WordRecord> first = write(WordRecord.TYPE, wordsAfter(0));
    Stage.writing(survey, first)
        .run(
            runner,
            "codebook-seed",
            pipeline -> {
              PCollectionTuple seeded =
                  pipeline.apply(
                      "SeedCodebook", SeedCodebook.of(descriptors, stage.words(), stage.seed()));
              seeded.get(SeedCodebook.SURVEY).apply("WriteSurvey", survey);
              seeded.get(SeedCodebook.WORDS).apply("WriteWords", first);
            });
  }

  private void iterate(int moves) {
    WriteStore<IterationRecord> iteration = write(IterationRecord.TYPE, iteration(moves));
    WriteStore<WordRecord> moved = write(WordRecord.TYPE, wordsAfter(moves + 1));
    SurveyRecord survey = StoreReader.open(SurveyRecord.TYPE, survey()).rows().get(0);
    Stage.writing(iteration, moved)
        .run(
            runner,
            "codebook-" + moves,
            pipeline -> {
              PCollectionTuple built =
                  pipeline.apply(
                      "BuildCodebook",
                      BuildCodebook.of(
                          descriptors, survey, wordsAfter(moves), stage.words(), moves));
              built.get(BuildCodebook.ITERATION).apply("WriteIteration", iteration);
              built.get(BuildCodebook.WORDS).apply("WriteWords", moved);
            });
  }

  private void publish(List<IterationRecord> done) {
    IterationRecord last = done.get(done.size() - 1);
    Map<String, String> provenance = provenance();
    provenance.put("iterationsRun", Integer.toString(last.iteration()));
    provenance.put("inertia", Double.toString(last.inertia()));
    WriteStore<CodebookRecord> write =
        WriteStore.to(CodebookRecord.TYPE, stage.codebook()).withProvenance(provenance);
    PublishCodebook publish =
        PublishCodebook.of(
            wordsAfter(last.iteration()), wordsAfter(last.iteration() + 1), descriptors.channels());
    Stage.writing(write)
        .run(
            runner,
            "codebook-publish",
            pipeline -> pipeline.apply("PublishCodebook", publish).apply("WriteCodebook", write));
  }

  private <T> WriteStore<T> write(RecordType<T> type, String directory) {
    return WriteStore.to(type, directory).withProvenance(provenance());
  }

  /** Returns the directory of the words after a number of moves. */
  private String wordsAfter(int moves) {
    return StoreFiles.resolve(stage.output(), "words/" + name(moves));
  }

  /** Returns the directory of what was measured of the words after a number of moves. */
  private String iteration(int moves) {
    return StoreFiles.resolve(stage.output(), "iterations/" + name(moves));
  }

  private String survey() {
    return StoreFiles.resolve(stage.output(), "survey");
  }

  private static String name(int moves) {
    return String.format(Locale.ROOT, "iteration-%04d", moves);
  }

  private Map<String, String> provenance() {
    Map<String, String> provenance = new TreeMap<>();
    provenance.put("command", "codebook");
    provenance.put("descriptors", descriptors.fingerprint());
    for (String key :
        List.of(DescriptorRecord.LEVEL, DescriptorRecord.CHANNELS, DescriptorRecord.TEACHER)) {
      provenance.put(key, descriptors.provenance().getOrDefault(key, ""));
    }
    provenance.put("words", Integer.toString(stage.words()));
    provenance.put("iterations", Integer.toString(stage.iterations()));
    provenance.put("tolerance", Double.toString(stage.tolerance()));
    provenance.put("seed", Long.toString(stage.seed()));
    provenance.put(Provenance.VERSION, Version.read());
    return provenance;
  }

  private ObjectNode configuration() {
    ObjectNode configuration = JsonNodeFactory.instance.objectNode();
    configuration.put("descriptors", descriptors.fingerprint());
    configuration.put("words", stage.words());
    configuration.put("iterations", stage.iterations());
    configuration.put("tolerance", stage.tolerance());
    configuration.put("seed", stage.seed());
    return configuration;
  }
}
