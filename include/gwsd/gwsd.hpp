#pragma once

// Everything, in reading order. Programs that use a part include that part's header instead.

// Plain C++: errors, shapes, random numbers, threads.
#include "gwsd/core/device.hpp"
#include "gwsd/core/error.hpp"
#include "gwsd/core/memory.hpp"
#include "gwsd/core/message.hpp"
#include "gwsd/core/parallel.hpp"
#include "gwsd/core/progress.hpp"
#include "gwsd/core/random.hpp"
#include "gwsd/core/shape.hpp"

// Arrays, and the tape that gradients are computed with.
#include "gwsd/autograd/parameter.hpp"
#include "gwsd/autograd/recompute.hpp"
#include "gwsd/tensor/tensor.hpp"

// Operations on variables; their kernels come along.
#include "gwsd/ops/block_mean.hpp"
#include "gwsd/ops/conservative_projection.hpp"
#include "gwsd/ops/conv2d.hpp"
#include "gwsd/ops/conv_lstm_layer.hpp"
#include "gwsd/ops/conv_transpose2d.hpp"
#include "gwsd/ops/group_norm.hpp"
#include "gwsd/ops/pointwise.hpp"
#include "gwsd/ops/pool2d.hpp"
#include "gwsd/ops/resize.hpp"
#include "gwsd/ops/slices.hpp"

// Layers, the network, what it is trained with.
#include "gwsd/losses/weighted_loss.hpp"
#include "gwsd/models/downscaler.hpp"
#include "gwsd/nn/channel_dropout.hpp"
#include "gwsd/nn/module.hpp"
#include "gwsd/optim/adamw.hpp"
#include "gwsd/optim/clip.hpp"
#include "gwsd/optim/ema.hpp"
#include "gwsd/optim/optimiser.hpp"
#include "gwsd/optim/schedule.hpp"

// The earth: grids, calendar, interpolation.
#include "gwsd/geo/calendar.hpp"
#include "gwsd/geo/cf_time.hpp"
#include "gwsd/geo/grid.hpp"
#include "gwsd/geo/grid_from_centres.hpp"
#include "gwsd/geo/interpolate.hpp"

// Files and fields; from here on the declarations are of compiled code.
#include "gwsd/data/batch.hpp"
#include "gwsd/data/prepare.hpp"
#include "gwsd/data/world.hpp"
#include "gwsd/io/checkpoint.hpp"
#include "gwsd/io/cube.hpp"
#include "gwsd/io/merge.hpp"
#include "gwsd/io/output.hpp"

// The job: train, refine, score.
#include "gwsd/infer/downscale.hpp"
#include "gwsd/score/baseline_names.hpp"
#include "gwsd/score/evaluate.hpp"
#include "gwsd/train/trained_model.hpp"
