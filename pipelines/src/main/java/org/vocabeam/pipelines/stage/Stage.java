package org.vocabeam.pipelines.stage;

import static com.google.common.base.Preconditions.checkArgument;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.function.Consumer;
import org.apache.beam.sdk.Pipeline;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vocabeam.pipelines.inputs.Provenance;
import org.vocabeam.pipelines.runner.Runner;
import org.vocabeam.transforms.store.WriteStore;
import org.vocabeam.transforms.training.Laps;

/**
 * One pipeline and the stores that it writes. The stores are prepared, the pipeline is filled and
 * run, and the stores are committed in the order in which they were named. The last store completes
 * the stage: if a run is killed before its commit, the next run writes every store again.
 *
 * <pre>{@code
 * WriteStore<EmbeddingRecord> write =
 *     WriteStore.to(EmbeddingRecord.TYPE, output).withProvenance(provenance);
 * Stage.writing(write)
 *     .existing(Stage.Existing.KEEP)
 *     .run(runner, "embed", pipeline -> pipeline.apply(embed).apply(write));
 * }</pre>
 */
public final class Stage {
  private static final Logger LOG = LoggerFactory.getLogger(Stage.class);

  /** Fate of a complete last store that a stage finds. */
  public enum Existing {
    /** A store with the same provenance is kept, any other is refused. */
    KEEP,
    /** A store with the same provenance is kept, any other is replaced. */
    RENEW,
    /** Every store is replaced. */
    REPLACE,
    /** Every store is refused. */
    REFUSE;

    /** Returns {@link #REPLACE} for a command with {@code --overwrite}, otherwise {@link #KEEP}. */
    public static Existing overwrite(boolean overwrite) {
      return overwrite ? REPLACE : KEEP;
    }
  }

  /** Work of the driver between the end of the pipeline and the last commit. */
  @FunctionalInterface
  public interface Finish {
    void run() throws IOException;
  }

  private final List<WriteStore<?>> stores;
  private final Existing existing;
  private final Runnable meanwhile;
  private final Finish finish;

  private Stage(
      List<? extends WriteStore<?>> stores, Existing existing, Runnable meanwhile, Finish finish) {
    checkArgument(!stores.isEmpty(), "a stage without a store");
    this.stores = List.copyOf(stores);
    this.existing = existing;
    this.meanwhile = meanwhile;
    this.finish = finish;
  }

  /** Creates a stage that replaces these stores, and commits them in this order. */
  public static Stage writing(WriteStore<?>... stores) {
    return writing(List.of(stores));
  }

  /** Creates a stage that replaces these stores, and commits them in this order. */
  public static Stage writing(List<? extends WriteStore<?>> stores) {
    return new Stage(stores, Existing.REPLACE, () -> {}, () -> {});
  }

  /** Returns the same stage with another fate of a complete last store. */
  public Stage existing(Existing fate) {
    return new Stage(stores, fate, meanwhile, finish);
  }

  /**
   * Returns the same stage with work for the driver while the pipeline runs.
   *
   * @param work called again and again, only if the workers are in other processes
   */
  public Stage meanwhile(Runnable work) {
    return new Stage(stores, existing, work, finish);
  }

  /**
   * Returns the same stage with work for the driver after all commits but the last.
   *
   * @param work a failure leaves the stage incomplete
   */
  public Stage beforeLastCommit(Finish work) {
    return new Stage(stores, existing, meanwhile, work);
  }

  /**
   * Runs the pipeline, unless {@link Existing} keeps the store.
   *
   * @param job name of the pipeline
   * @param fill applies the transforms, the stores among them
   * @return whether the pipeline ran
   * @throws org.vocabeam.models.UserError when {@link Existing} refuses a store
   */
  public boolean run(Runner runner, String job, Consumer<Pipeline> fill) {
    WriteStore<?> last = stores.get(stores.size() - 1);
    if (isKept(last)) {
      return false;
    }
    try {
      Laps laps = new Laps();
      // First, so that a refusal comes before anything is removed.
      last.prepare(existing != Existing.REFUSE);
      for (WriteStore<?> store : stores.subList(0, stores.size() - 1)) {
        store.prepare(true); // without the last store, the others are what an interrupted run left
      }
      laps.end("prepared");
      Pipeline pipeline = runner.create(job);
      fill.accept(pipeline);
      laps.end("pipeline made");
      runner.run(pipeline, meanwhile);
      laps.end("pipeline run");
      for (WriteStore<?> store : stores) {
        if (store == last) {
          finish.run();
        }
        store.commit();
      }
      laps.end("committed");
      LOG.info("{}: {}", job, laps);
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private boolean isKept(WriteStore<?> store) {
    return switch (existing) {
      case KEEP -> Provenance.isThere(store.directory(), store.provenance());
      case RENEW -> Provenance.isOf(store.directory(), store.provenance());
      case REPLACE, REFUSE -> false;
    };
  }
}
