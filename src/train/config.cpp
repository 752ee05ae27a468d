#include "gwsd/train/config.hpp"

#include "gwsd/losses/registry.hpp"
#include "gwsd/models/downscaler_config.hpp"
#include "gwsd/score/baseline_names.hpp"

namespace gwsd::train {

std::map<std::string, double> default_loss_weights()
{
    std::map<std::string, double> weights;
    for (const auto& term : losses::terms())
        if (!term.is_data) weights[term.name] = term.default_weight;
    return weights;
}

namespace {

void add_data(Schema& schema, DataConfig& d)
{
    schema.add({"data.train_period", &d.train_period,
                "months that train, `YYYY-MM:YYYY-MM`, both ends included; empty: all that are not test", ""});
    schema.add(
        {"data.validation_period", &d.validation_period,
         "months for early stopping and calibration; empty: the last 15 % of the training period, after the buffer",
         ""});
    schema.add({"data.test_period", &d.test_period, "months that nothing but the score reads; empty: none", ""});
    schema.add({"data.holdout_regions", &d.holdout_regions,
                "regions `[W, S, E, N]` in degrees that train nothing and are scored as unseen", ""});
    schema.add({"data.holdout_buffer", &d.holdout_buffer, "degrees around a holdout region that train nothing either",
                "", 0, 90});
    schema.add({"data.buffer_months", &d.buffer_months, "months between training and validation", "", 0, 120});
    schema.add({"data.split", &d.split, "how samples are split", "blocked, paper_random"});
    schema.add({"data.coarse", &d.coarse, "coarse field that training reads", "auto, operator, given"});
    schema.add(
        {"data.truth_mode", &d.truth_mode, "what stands for the fine truth", "auto, reference, scale_shift, none"});
    schema.add({"data.window", &d.window, "steps that the encoder reads, the target's own included", "", 1, 120});
    schema.add({"data.max_missing", &d.max_missing,
                "steps of a window that may lack the coarse field; the target's own may not", "", 0, 120});
    schema.add({"data.imitate_gaps", &d.imitate_gaps,
                "where the network trains on the operator's view of the reference, leave that out in the months which "
                "the given coarse field lacks within its record: the satellite's gaps, at the price of fewer months",
                ""});
    schema.add({"data.tile", &d.tile, "coarse cells along a tile's side", "", 2, 512});
    schema.add({"data.stride", &d.stride, "coarse cells from one training tile to the next", "", 1, 512});
    schema.add({"data.minimum_land", &d.minimum_land, "least share of land for a tile to train", "", 0, 1});
    schema.add({"data.predictors", &d.predictors, "predictors that the network reads; empty: all of the cube", ""});
    schema.add({"data.memory", &d.memory,
                "months over which memories of rain and snowmelt fade, each a predictor more: what an aquifer that the "
                "water feeds still holds of it; empty: none. Each wants four times as many training months, and 24; "
                "not used where the cube has no monthly precipitation",
                "", 1, 600});
    schema.add({"data.coarse_memory", &d.coarse_memory,
                "months over which the memory of the coarse field fades, a predictor more: what the satellite saw over "
                "months, which the noise of one month hardly touches; 0: none. It wants as many training months as "
                "data.memory",
                "", 0, 600});
    schema.add({"data.precipitation", &d.precipitation,
                "predictor that is the precipitation of the recharge signal and of data.memory, in mm", ""});
    schema.add({"data.temperature", &d.temperature,
                "predictor that is the air temperature, by which the memories of data.memory hold snow back until it "
                "melts; where the cube has none, or empty: snow counts as rain",
                ""});
    schema.add({"data.soil_moisture", &d.soil_moisture,
                "predictor that is the soil moisture of the recharge signal, in m3/m3", ""});
    schema.add({"data.allow_leakage", &d.allow_leakage,
                "go on, with a warning in every output, when interpolation explains the target", ""});
    schema.add(
        {"data.scratch", &d.scratch,
         "folder of the scratch file that holds the fields of a cube too large for memory while training runs, 4 "
         "bytes a land cell, field and month, and that leaves nothing behind; `run`: the run's folder; `none`: "
         "fields are read and made again each time, which is slower",
         ""});
}

void add_model(Schema& schema, ModelConfig& m)
{
    schema.add({"model.preset", &m.preset, "the network and its size", models::preset_names});
    schema.add({"model.hidden", &m.hidden, "channels of the ConvLSTM; 0: the preset's", "", 0, 1024});
    schema.add({"model.encoder_layers", &m.encoder_layers, "ConvLSTM layers; 0: the preset's", "", 0, 8});
    schema.add({"model.channels", &m.channels,
                "channels of the U-Net's levels, or of the plain CNN; empty: the preset's", "", 1, 4096});
    schema.add({"model.bottleneck", &m.bottleneck, "channels of the bottleneck; 0: the preset's", "", 0, 4096});
    schema.add({"model.residual_blocks", &m.residual_blocks,
                "blocks of two convolutions of a plain residual CNN, in place of ConvLSTM and U-Net; 0: the preset's",
                "", 0, 256});
    schema.add({"model.groups", &m.groups, "groups of the normalisation; 0: the preset's", "", 0, 256});
    schema.add({"model.upsampling", &m.upsampling,
                "upsampling in the decoder, transposed or bilinear; empty: the preset's", ""});
    schema.add({"model.mean", &m.mean, "residual (interpolation + network) or direct; empty: the preset's", ""});
    schema.add({"model.peepholes", &m.peepholes, "peephole connections in the ConvLSTM", ""});
    schema.add({"model.recompute", &m.recompute,
                "compute the ConvLSTM's steps again in the backward pass, to save memory", ""});
    schema.add({"model.dropout", &m.dropout,
                "share of the channels that training drops in front of the bottleneck and of every level on the way "
                "up, or of every block of the plain CNN; a model that has learnt so can be sampled "
                "(downscale.dropout_samples); 0: none",
                "", 0, 0.9});
    schema.add({"model.base", &m.base, "interpolation that the residual is added to",
                "bilinear, bicubic, smooth_conservative"});
    schema.add(
        {"model.first_guess", &m.first_guess,
         "what the residual is added to: a regression at each place on its past, or none (the interpolation); auto: "
         "regression against a reference with 12 training months or more, but for preset paper",
         "auto, regression, none"});
    schema.add(
        {"model.told", &m.told,
         "share of training samples that see the first guess of a place that was never seen, so that the network "
         "learns to refine such places",
         "", 0, 1});
}

void add_loss(Schema& schema, LossConfig& l)
{
    std::string data_terms;
    for (const auto& term : losses::terms())
        if (term.is_data) data_terms += (data_terms.empty() ? "" : "; ") + term.name + ": " + term.description;
    schema.add({"loss.data", &l.data, "data term (" + data_terms + ")", losses::term_names(true)});
    for (const auto& term : losses::terms())
        if (!term.is_data)
            schema.add({"loss.weight." + term.name, &l.weight[term.name],
                        "weight of the term: " + term.description +
                            (term.needs.empty() ? "" : " (needs " + term.needs + "; 0 without)"),
                        "", 0, 1e6});
    schema.add({"loss.ramp_epochs", &l.ramp_epochs, "epochs over which these weights grow from zero", "", 0, 1e4});
    schema.add({"loss.region_size", &l.region_size, "fine cells along the side of a mass-balance region", "", 1, 4096});
    schema.add({"loss.balance", &l.balance,
                "whose regional means the mass term asks for: the satellite field's, which against a reference is a "
                "smoothed and noisy view, or the truth's; auto: truth in mode reference, satellite otherwise",
                "auto, satellite, truth"});
    schema.add({"loss.product_sigma", &l.product_sigma,
                "add the product's variance to the predicted one in the data term", ""});
}

void add_train(Schema& schema, OptimConfig& t)
{
    schema.add({"train.epochs", &t.epochs, "epochs at most", "", 0, 1e6});
    schema.add({"train.batch", &t.batch, "samples a step", "", 1, 1024});
    schema.add({"train.learning_rate", &t.learning_rate, "largest learning rate", "", 1e-12, 10});
    schema.add({"train.weight_decay", &t.weight_decay, "decoupled weight decay of AdamW", "", 0, 10});
    schema.add({"train.clip", &t.clip, "largest norm of the gradient; 0: no clipping", "", 0, 1e9});
    schema.add({"train.warmup_epochs", &t.warmup_epochs, "epochs of linear warm-up before the cosine", "", 0, 1e6});
    schema.add({"train.ema", &t.ema, "decay of the averaged weights, per step; 0: none", "", 0, 0.999999});
    schema.add({"train.patience", &t.patience, "epochs without a better validation loss before stopping; 0: never", "",
                0, 1e6});
    schema.add(
        {"train.mirror", &t.mirror,
         "turn half of the samples over north to south, and half east to west: a short record shows each pattern "
         "few times",
         ""});
    schema.add({"train.samples_per_epoch", &t.samples_per_epoch, "samples drawn an epoch; 0: all", "", 0, 1e9});
    schema.add(
        {"train.checkpoint_minutes", &t.checkpoint_minutes, "minutes between checkpoints inside an epoch", "", 1, 1e6});
    schema.add({"train.keep", &t.keep, "last checkpoints kept beside the best", "", 1, 1000});
    schema.add({"train.tensorboard", &t.tensorboard, "also write a TensorBoard event file", ""});
    schema.add({"train.members", &t.members,
                "networks of an ensemble, trained one after the other with seeds that follow one another", "", 1, 64});
    schema.add({"train.calibration_folds", &t.calibration_folds,
                "networks that are trained besides, each without a part of the land, whose errors there calibrate the "
                "standard error of unseen places; 0: none",
                "", 0, 64});
    schema.add(
        {"train.fold_epochs", &t.fold_epochs, "epochs of these at most; 0: a third of train.epochs", "", 0, 1e6});
}

void add_calibration(Schema& schema, CalibrationConfig& c)
{
    schema.add({"calibration.method", &c.method,
                "how the standard error is corrected on validation errors: conformal by climate zone, season and "
                "trained or unseen place; isotonic map of probabilities; one variance factor",
                "none, variance, isotonic, conformal"});
    schema.add({"calibration.least", &c.least,
                "pieces of 4 x 4 degrees and a season that a group must have in validation for a factor of its own", "",
                1, 1e6});
    schema.add({"calibration.dropout_samples", &c.dropout_samples,
                "passes with dropout that the predictions are mixed of whose errors are measured: as many as "
                "downscale.dropout_samples will have",
                "", 0, 1000});
}

void add_downscale(Schema& schema, DownscaleConfig& d)
{
    schema.add({"downscale.projection", &d.projection,
                "where mass is conserved; auto: none in mode reference, footprint otherwise",
                "auto, none, cell, region, footprint"});
    schema.add({"downscale.overlap", &d.overlap, "share of a tile that overlaps its neighbour", "", 0, 0.75});
    schema.add({"downscale.batch", &d.batch, "tiles computed together", "", 1, 1024});
    schema.add({"downscale.fill_missing", &d.fill_missing,
                "also write months without a satellite field, flagged as such", ""});
    schema.add({"downscale.flags", &d.flags, "also write the status flags in a second file", ""});
    schema.add({"downscale.cf", &d.cf, "CF conventions of the output", "1.11, 1.13"});
    schema.add({"downscale.units", &d.units, "unit of the output; empty: the cube's", ""});
    schema.add({"downscale.baseline", &d.baseline,
                "months whose mean is subtracted, YYYY-MM:YYYY-MM; empty: the coarse field's own baseline", ""});
    schema.add({"downscale.period", &d.period, "months to write; empty: all of the cube", ""});
    schema.add({"downscale.product_sigma", &d.product_sigma,
                "add the variance of the given coarse field to the predicted one; auto: where the model was trained by "
                "a scale shift, which does not meet it",
                "auto, yes, no"});
    schema.add({"downscale.dropout_samples", &d.dropout_samples,
                "passes with dropout, each by another part of the network, that the prediction is mixed of, for a "
                "model trained with model.dropout; 0: one pass of the whole network",
                "", 0, 1000});
}

void add_prepare(Schema& schema, PrepareConfig& p)
{
    schema.add({"prepare.gwsa", &p.gwsa, "coarse groundwater storage anomaly: files, or FILE:VARIABLE", ""});
    schema.add({"prepare.era5", &p.era5, "ERA5-Land or ERA5 monthly files", ""});
    schema.add({"prepare.reference", &p.reference, "fine reference field: files, or FILE:VARIABLE", ""});
    schema.add({"prepare.static", &p.statics, "static fields: FILE:VARIABLE or NAME=FILE:VARIABLE", ""});
    schema.add({"prepare.land", &p.land,
                "land fraction, FILE:VARIABLE; empty: a static field of that name, else where fields are valid", ""});
    schema.add({"prepare.subtract", &p.subtract, "storages to take from total water storage: FILE:VARIABLES", ""});
    schema.add({"prepare.predictors", &p.predictors, "predictors: names, or NAME=FILE:VARIABLE", ""});
    schema.add({"prepare.region", &p.region, "W,S,E,N in degrees; empty: all that the inputs share", ""});
    schema.add({"prepare.period", &p.period, "YYYY-MM:YYYY-MM; empty: the coarse field's own", ""});
    schema.add({"prepare.quantity", &p.quantity, "gwsa or tws; empty: gwsa", ""});
    schema.add({"prepare.operator", &p.operator_kind,
                "view of the reference that stands for the satellite: gaussian or area-mean; empty: gaussian", ""});
    schema.add({"prepare.assume_units", &p.assume_units, "unit of inputs that state none", ""});
    schema.add(
        {"prepare.resolution", &p.resolution, "coarse resolution in degrees; 0: the coarse field's own", "", 0, 90});
    schema.add({"prepare.factor", &p.factor, "fine cells along a coarse cell", "", 1, 64});
    schema.add(
        {"prepare.min_valid_fraction", &p.minimum_valid_fraction, "least valid share of a regridded cell", "", 0, 1});
    schema.add({"prepare.smoothing_radius", &p.smoothing_radius, "radius of the GRACE operator in km", "", 0, 5000});
    schema.add({"prepare.noise", &p.noise, "add noise at the product's sigma to the operator's view", ""});
    schema.add({"prepare.noise_sigma", &p.noise_sigma,
                "1-sigma of that noise in the target's unit; 0: the product's own", "", 0, 1e6});
    schema.add(
        {"prepare.noise_correlation", &p.noise_correlation, "correlation length of that noise in km", "", 1, 2e4});
    schema.add({"prepare.instants", &p.instants, "keep each step as an instant, even where no month has two", ""});
    schema.add({"prepare.subset", &p.subset, "accept predictors that cover only a part", ""});
    schema.add({"prepare.outside", &p.outside,
                "such predictors beyond their files' extent: nearest, or missing; empty: nearest", ""});
}

} // namespace

Schema schema_of(Config& config)
{
    Schema schema;
    add_prepare(schema, config.prepare);
    add_data(schema, config.data);
    add_model(schema, config.model);
    add_loss(schema, config.loss);
    add_train(schema, config.train);
    add_calibration(schema, config.calibration);
    add_downscale(schema, config.downscale);
    schema.add(
        {"evaluate.truth", &config.evaluate.truth, "fine truth to score against; empty: the cube's reference", ""});
    schema.add({"evaluate.bootstrap", &config.evaluate.bootstrap, "block-bootstrap draws for the intervals; 0: none",
                "", 0, 1e5});
    std::string names;
    for (const std::string& name : score::baseline_names()) names += (names.empty() ? "" : ", ") + name;
    schema.add({"evaluate.baselines", &config.evaluate.baselines,
                "methods that a prediction is compared with, beside nearest; empty: all that there are", names});
    schema.add({"cuda.convolution", &config.cuda.convolution,
                "convolution on a GPU, in builds that have the CUDA backend", "gwsd, cudnn, cublas"});
    schema.add({"run.model", &config.trained_model, "a trained model for `gwsd run` to apply; empty: train one", ""});
    schema.add({"run.train_region", &config.train_region,
                "W,S,E,N from which to train, where that is wider than prepare.region; empty: the same", ""});
    return schema;
}

} // namespace gwsd::train
