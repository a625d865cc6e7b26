package org.vocabeam.pipelines.runner;

import com.google.common.annotations.VisibleForTesting;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.flink.api.java.ExecutionEnvironment;
import org.apache.flink.client.deployment.executors.LocalExecutor;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.DeploymentOptions;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.NettyShuffleEnvironmentOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.core.execution.PipelineExecutor;
import org.apache.flink.core.execution.PipelineExecutorFactory;
import org.apache.flink.core.execution.PipelineExecutorServiceLoader;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.runtime.util.EnvironmentInformation;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Flink in this process: one cluster for all pipelines. Flink's own local environment starts and
 * stops a cluster for each, which was the largest part of what a round of training costs beside its
 * steps.
 */
@SuppressWarnings("deprecation") // Beam's batch pipelines are Flink's data sets.
public final class EmbeddedFlink extends ExecutionEnvironment {
  /** Beam's name of the environment that {@link #install} puts into its place. */
  public static final String MASTER = "[auto]";

  /** Time that the end of a command waits for a cluster that ends. */
  private static final int PATIENCE_SECONDS = 10;

  /** The cluster that stands, once there was a job. */
  @VisibleForTesting static volatile @Nullable StandingCluster cluster;

  private EmbeddedFlink(Configuration configuration) {
    super(new Executors(), configuration, EmbeddedFlink.class.getClassLoader());
    setParallelism(Runtime.getRuntime().availableProcessors());
  }

  /**
   * Runs the pipelines whose master is {@link #MASTER} here, until {@link #remove}.
   *
   * @param configurationDirectory of Flink's configuration; null for that of the environment
   */
  public static void install(@Nullable String configurationDirectory) {
    Configuration configuration =
        configurationDirectory == null
            ? GlobalConfiguration.loadConfiguration()
            : GlobalConfiguration.loadConfiguration(configurationDirectory);
    configuration.set(DeploymentOptions.TARGET, LocalExecutor.NAME);
    configuration.set(DeploymentOptions.ATTACHED, true);
    initializeContextEnvironment(() -> new EmbeddedFlink(configuration.clone()));
  }

  /** Lets Flink's own environments be; with this one, it refuses to make one of a cluster. */
  public static void remove() {
    resetContextEnvironment();
  }

  /** The cluster that stands, or a larger one when that has too few slots for a job. */
  private static synchronized MiniCluster cluster(MiniClusterConfiguration ofJob) {
    int slots = ofJob.getConfiguration().get(TaskManagerOptions.NUM_TASK_SLOTS);
    if (cluster == null || cluster.slots < slots) {
      if (cluster != null) {
        cluster.stop().join();
      }
      cluster = new StandingCluster(new Configuration(ofJob.getConfiguration()), slots);
    }
    return cluster;
  }

  /**
   * Ends the cluster, which removes its temporary files, 22 MB of them. Not for a command that is
   * asked to end: its jobs would fail, and say so.
   */
  public static void end() {
    StandingCluster standing = cluster;
    if (standing != null) {
      // Whatever becomes of it, the command has done its work.
      standing
          .stop()
          .completeOnTimeout(null, PATIENCE_SECONDS, TimeUnit.SECONDS)
          .exceptionally(failure -> null)
          .join();
    }
  }

  /** Started by its first job, and not closed by any. */
  static final class StandingCluster extends MiniCluster {
    final int slots;

    StandingCluster(Configuration configuration, int slots) {
      super(
          new MiniClusterConfiguration.Builder()
              .setConfiguration(asBeamDoes(configuration))
              .setNumTaskManagers(1)
              .setNumSlotsPerTaskManager(slots)
              .build());
      this.slots = slots;
    }

    /**
     * Adds the settings that Beam adds to the configuration of a local environment, and those of
     * {@code runner-config/flink/config.yaml} that make a difference here.
     */
    private static Configuration asBeamDoes(Configuration configuration) {
      double fraction = configuration.get(TaskManagerOptions.MANAGED_MEMORY_FRACTION);
      long free = EnvironmentInformation.getSizeOfFreeHeapMemoryWithDefrag();
      configuration.set(
          TaskManagerOptions.MANAGED_MEMORY_SIZE, new MemorySize((long) (free * fraction)));
      configuration.set(CoreOptions.CHECK_LEAKED_CLASSLOADER, false);
      // Images are compressed already, and numbers hardly can be.
      configuration.set(NettyShuffleEnvironmentOptions.BATCH_SHUFFLE_COMPRESSION_ENABLED, false);
      return configuration;
    }

    @Override
    public synchronized void start() throws Exception {
      if (!isRunning()) {
        super.start();
      }
    }

    @Override
    public CompletableFuture<Void> closeAsync() {
      return CompletableFuture.completedFuture(null);
    }

    CompletableFuture<Void> stop() {
      return super.closeAsync();
    }
  }

  private static final class Executors
      implements PipelineExecutorServiceLoader, PipelineExecutorFactory {
    @Override
    public PipelineExecutorFactory getExecutorFactory(Configuration configuration) {
      return this;
    }

    @Override
    public Stream<String> getExecutorNames() {
      return Stream.of(getName());
    }

    @Override
    public String getName() {
      return LocalExecutor.NAME;
    }

    @Override
    public boolean isCompatibleWith(Configuration configuration) {
      return true;
    }

    @Override
    public PipelineExecutor getExecutor(Configuration configuration) {
      return LocalExecutor.createWithFactory(configuration, EmbeddedFlink::cluster);
    }
  }
}
