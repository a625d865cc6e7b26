package org.vocabeam.models.program;

import java.nio.file.Path;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.summary.SummaryWriter;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TString;
import org.vocabeam.models.graph.TensorFlowNative;

/**
 * Event file of TensorBoard, written by TensorFlow's own summary operations.
 *
 * <pre>{@code
 * try (EventFile events = EventFile.in(runDirectory, ".round-3")) {
 *   events.scalar("loss", step, loss);
 * }
 * }</pre>
 */
public final class EventFile implements AutoCloseable {
  private final Graph graph = new Graph();
  private final Session session;
  private final Operand<TInt64> step;
  private final Operand<TString> tag;
  private final Operand<TFloat32> value;
  private final Op write;
  private final Op close;

  private EventFile(Path directory, String suffix) {
    Ops tf = Ops.create(graph);
    SummaryWriter writer = tf.summary.summaryWriter();
    Op create =
        tf.summary.createSummaryFileWriter(
            writer,
            tf.constant(directory.toString()),
            tf.constant(1000),
            tf.constant(60_000),
            tf.constant(suffix));
    step = tf.placeholder(TInt64.class, Placeholder.shape(Shape.scalar()));
    tag = tf.placeholder(TString.class, Placeholder.shape(Shape.scalar()));
    value = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.scalar()));
    write = tf.summary.writeScalarSummary(writer, step, tag, value);
    close = tf.summary.closeSummaryWriter(writer);
    session = new Session(graph, Placement.CPU.session());
    session.runner().addTarget(create).run().close();
  }

  /**
   * Starts a file.
   *
   * @param directory log directory for TensorBoard; made if it does not exist
   * @param suffix of the file's name
   */
  public static EventFile in(Path directory, String suffix) {
    TensorFlowNative.load();
    return new EventFile(directory, suffix);
  }

  /**
   * Adds a number to a curve.
   *
   * @param name tag of the curve
   * @param atStep place on the horizontal axis
   * @param number value
   */
  public void scalar(String name, long atStep, float number) {
    try (TInt64 s = TInt64.scalarOf(atStep);
        TString t = TString.scalarOf(name);
        TFloat32 v = TFloat32.scalarOf(number)) {
      session.runner().feed(step, s).feed(tag, t).feed(value, v).addTarget(write).run().close();
    }
  }

  /** Flushes and closes the file. */
  @Override
  public void close() {
    session.runner().addTarget(close).run().close();
    session.close();
    graph.close();
  }
}
