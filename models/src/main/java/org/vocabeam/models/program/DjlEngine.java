package org.vocabeam.models.program;

import ai.djl.tensorflow.engine.TfEngine;
import ai.djl.tensorflow.engine.TfEngineProvider;
import ai.djl.tensorflow.engine.javacpp.JavacppUtils;
import ai.djl.tensorflow.engine.javacpp.LibUtils;
import com.google.common.base.Supplier;
import com.google.common.base.Suppliers;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.util.concurrent.atomic.AtomicReference;
import org.tensorflow.internal.c_api.TFE_Context;
import org.vocabeam.models.graph.TensorFlowNative;

/**
 * DJL's TensorFlow engine without GPUs of its own. When DJL starts it, it creates a context on all
 * GPUs of the machine, with memory on each, though inputs and outputs of programs are on the CPU;
 * and it has no setting for that. So the engine is made here, on a context of the CPU, and put into
 * private fields of DJL 0.36. A GPU is touched by the session of a program that runs on it, and by
 * nothing else.
 */
final class DjlEngine {
  /** Policy for an operation whose inputs are on another device: copy them. */
  private static final int COPY = 2;

  private static final Supplier<TFE_Context> STARTED = Suppliers.memoize(DjlEngine::make);

  private DjlEngine() {}

  /** Starts the engine once per process. Returns the context of its arrays. */
  static TFE_Context start() {
    return STARTED.get();
  }

  private static TFE_Context make() {
    TensorFlowNative.load();
    LibUtils.loadLibrary();
    TFE_Context context =
        JavacppUtils.createEagerSession(/* async= */ true, COPY, Placement.CPU.session());
    try {
      Constructor<TfEngine> constructor = TfEngine.class.getDeclaredConstructor();
      constructor.setAccessible(true);
      set(TfEngine.class, "eagerSessionHandle", new AtomicReference<>(context));
      set(TfEngineProvider.class, "engine", constructor.newInstance());
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("DJL's TensorFlow engine is another version than 0.36", e);
    }
    return context;
  }

  private static void set(Class<?> type, String name, Object value)
      throws ReflectiveOperationException {
    Field field = type.getDeclaredField(name);
    field.setAccessible(true);
    field.set(null, value);
  }
}
